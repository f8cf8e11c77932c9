// What an Observation says under one code: FHIR R4 observation.html, in its value and in its components
import type { JsonObject, JsonValue } from '#libs/fhir-json';
import { isObject } from '../resource-body.js';
import type { Unit } from './unit.js';

export interface Coding {
  readonly system?: string;
  readonly code: string;
}

/** A number to calculate with. */
export interface Amount {
  readonly value: number;
  readonly unit: Unit;
}

/** For each place of the Observation that has the code: its number, or undefined where it has none that is exact. */
export function measurements(resource: JsonObject, coding: Coding): (Amount | undefined)[] {
  const components = Array.isArray(resource.component) ? resource.component.filter((one) => isObject(one)) : [];
  return [resource, ...components]
    .filter(({ code }) => isCoded(code, coding))
    .map((one) => amountOf(one.valueQuantity));
}

/** The unit that all have. Undefined for more than one: a code and a unit of the same text are the same unit. */
export function commonUnit(amounts: readonly Amount[]): Unit | undefined {
  const units = amounts.map(({ unit }) => unit);
  const names = new Set(units.map(({ unit, code }) => code ?? unit));
  const systems = new Set(units.flatMap(({ system }) => (system === undefined ? [] : [system])));
  if (names.size > 1 || systems.size > 1) return undefined;
  return units.find(({ system, code }) => system !== undefined && code !== undefined) ?? units[0] ?? {};
}

function isCoded(concept: JsonValue | undefined, { system, code }: Coding): boolean {
  if (!isObject(concept) || !Array.isArray(concept.coding)) return false;
  return concept.coding.some(
    (one) => isObject(one) && one.code === code && (system === undefined || (one.system ?? '') === system),
  );
}

function amountOf(quantity: JsonValue | undefined): Amount | undefined {
  if (!isObject(quantity) || typeof quantity.value !== 'number' || quantity.comparator !== undefined) return undefined;
  const { value, unit, system, code } = quantity;
  return { value, unit: texts({ unit, system, code }) };
}

function texts(elements: Record<string, JsonValue | undefined>): Unit {
  return Object.fromEntries(Object.entries(elements).filter(([, text]) => typeof text === 'string' && text !== ''));
}
