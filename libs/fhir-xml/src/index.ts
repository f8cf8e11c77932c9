export { toJson, toJsonInTurns, type XmlLimits } from './read/to-json.js';
export { toXml } from './write/to-xml.js';
export { XmlError, type XmlErrorReason } from './xml-error.js';
