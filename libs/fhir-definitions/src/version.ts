import { generatedText } from './generated-part.js';

/**
 * Names the definitions that a resource is validated against: FHIR release and the first 16 hex digits of the SHA-256 of
 * the slimmed definitions, such as `4.0.1-0123456789abcdef`. The same definitions always have the same name.
 */
export const DEFINITIONS_VERSION: string = generatedText('version.txt');
