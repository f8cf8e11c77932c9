import { InvalidArgumentError } from 'commander';

/** Of a resource, as FHIR has it. */
export const ID = '[A-Za-z0-9\\-.]{1,64}';

/** Reads an option that must have this shape; `example` says which. */
export function matching(shape: RegExp, example: string): (text: string) => string {
  return (text) => {
    if (!shape.test(text)) throw new InvalidArgumentError(`It must look like ${example}.`);
    return text;
  };
}

/** Reads the id of a patient, without its type. */
export const patientId = matching(new RegExp(`^${ID}$`), 'an id');
