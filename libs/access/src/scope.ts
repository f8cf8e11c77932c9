// SMART App Launch 2.2, "Scopes for requesting FHIR resources" (v2 syntax; v1 `.read`, `.write`, `.*` are read as their v2 meaning).

/** One of the five permissions of a SMART v2 scope: create, read, update, delete, search. */
export type Permission = 'c' | 'r' | 'u' | 'd' | 's';

/** A granular FHIR scope. `type` is a resource type or `*`. */
export interface Scope {
  readonly level: 'patient' | 'user' | 'system';
  readonly type: string;
  readonly permissions: string;
}

const V2 = /^(patient|user|system)\/(\*|[A-Za-z]{1,64})\.(?=[cruds])(c?r?u?d?s?)$/;
const V1 = /^(patient|user|system)\/(\*|[A-Za-z]{1,64})\.(read|write|\*)$/;
const V1_PERMISSIONS: Record<string, string> = { read: 'rs', write: 'cud', '*': 'cruds' };

/**
 * The FHIR scopes in a space-separated scope claim.
 *
 * A scope that is not understood whole grants nothing: launch and identity scopes, permissions out of order, and scopes
 * narrowed by a query (`?category=...`), which would be widened if the query were dropped.
 */
export function parseScopes(claim: string): Scope[] {
  return claim.split(' ').flatMap((text) => parseScope(text) ?? []);
}

function parseScope(text: string): Scope | undefined {
  const match = V2.exec(text) ?? V1.exec(text);
  if (!match) return undefined;
  const [, level, type, permissions] = match as unknown as [string, Scope['level'], string, string];
  return { level, type, permissions: V1_PERMISSIONS[permissions] ?? permissions };
}

/** Whether the scope names this permission on this resource type. */
export function covers(scope: Scope, permission: Permission, type: string): boolean {
  return (scope.type === '*' || scope.type === type) && scope.permissions.includes(permission);
}
