/** Replaced by the suite's Postgres launcher. */
export default async function globalSetup() {}
