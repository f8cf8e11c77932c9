// FHIR R4, section 3.1.0 "RESTful API": the interactions that are served, by their codes in system-restful-interaction.
export type Interaction =
  | 'create'
  | 'read'
  | 'vread'
  | 'update'
  | 'delete'
  | 'history-instance'
  | 'history-type'
  | 'history-system'
  | 'search-type';
