export { type AccessContext, accessContext, MAY_REMOVE_LABELS } from './access-context.js';
export { authorize, type Grant } from './authorize.js';
export { isSystemClient, type Requester, requester } from './requester.js';
export { covers, type Permission, parseScopes, type Scope } from './scope.js';
