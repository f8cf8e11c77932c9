/** One thing that {@link Store.check} found wrong. */
export interface Fault {
  readonly kind:
    | 'version without event'
    | 'event without version'
    | 'event without place'
    | 'place without event'
    | 'gap in versions'
    | 'current is not the last'
    | 'content does not open'
    | 'compartments differ from content'
    | 'rules differ from content';
  readonly type?: string;
  readonly id?: string;
  readonly version?: number;
}
