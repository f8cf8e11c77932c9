/** Runs one statement with its values and gives its rows; any driver of Postgres will do. */
export type Query = <Row>(sql: string, values?: unknown[]) => Promise<Row[]>;

/** Runs `work` in one transaction, committed when it resolves and rolled back when it rejects. */
export type Transact = <T>(work: (query: Query) => Promise<T>) => Promise<T>;
