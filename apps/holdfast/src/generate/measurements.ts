// LOINC codes and UCUM units of vital signs and laboratory tests, with what healthy adults have
import { type Coding, loinc } from './concept.js';

export interface Measurement {
  readonly code: Coding;
  readonly unit: string;
  readonly mean: number;
  readonly deviation: number;
  readonly decimals: number;
}

function measurement(code: string, display: string, unit: string, mean: number, deviation: number, decimals = 0) {
  return { code: loinc(code, display), unit, mean, deviation, decimals };
}

export const HEIGHT = measurement('8302-2', 'Body height', 'cm', 170, 9, 1);
export const WEIGHT = measurement('29463-7', 'Body weight', 'kg', 78, 12, 1);
export const BMI = loinc('39156-5', 'Body mass index (BMI) [Ratio]');
export const BLOOD_PRESSURE = loinc('85354-9', 'Blood pressure panel with all children optional');
export const SYSTOLIC = measurement('8480-6', 'Systolic blood pressure', 'mm[Hg]', 122, 10);
export const DIASTOLIC = measurement('8462-4', 'Diastolic blood pressure', 'mm[Hg]', 79, 7);

/** Measured at every visit, beside height, weight and blood pressure. */
export const VITAL_SIGNS: readonly Measurement[] = [
  measurement('8867-4', 'Heart rate', '/min', 74, 8),
  measurement('9279-1', 'Respiratory rate', '/min', 14, 2),
  measurement('8310-5', 'Body temperature', 'Cel', 37, 0.3, 1),
  measurement('2708-6', 'Oxygen saturation in Arterial blood', '%', 97, 1),
];

/** A laboratory report and the tests in it. */
export interface Panel {
  readonly code: Coding;
  readonly tests: readonly Measurement[];
}

export const PANELS: readonly Panel[] = [
  {
    code: loinc('51990-0', 'Basic metabolic panel - Blood'),
    tests: [
      measurement('2339-0', 'Glucose [Mass/volume] in Blood', 'mg/dL', 92, 10, 1),
      measurement('3094-0', 'Urea nitrogen [Mass/volume] in Serum or Plasma', 'mg/dL', 14, 3, 1),
      measurement('2160-0', 'Creatinine [Mass/volume] in Serum or Plasma', 'mg/dL', 0.9, 0.15, 2),
      measurement('17861-6', 'Calcium [Mass/volume] in Serum or Plasma', 'mg/dL', 9.4, 0.4, 1),
      measurement('2951-2', 'Sodium [Moles/volume] in Serum or Plasma', 'mmol/L', 140, 2, 1),
      measurement('2823-3', 'Potassium [Moles/volume] in Serum or Plasma', 'mmol/L', 4.2, 0.3, 2),
      measurement('2075-0', 'Chloride [Moles/volume] in Serum or Plasma', 'mmol/L', 103, 2, 1),
      measurement('2028-9', 'Carbon dioxide, total [Moles/volume] in Serum or Plasma', 'mmol/L', 25, 2, 1),
    ],
  },
  {
    code: loinc('57698-3', 'Lipid panel with direct LDL - Serum or Plasma'),
    tests: [
      measurement('2093-3', 'Cholesterol [Mass/volume] in Serum or Plasma', 'mg/dL', 186, 25, 1),
      measurement('2571-8', 'Triglyceride [Mass/volume] in Serum or Plasma', 'mg/dL', 130, 30, 1),
      measurement(
        '18262-6',
        'Cholesterol in LDL [Mass/volume] in Serum or Plasma by Direct assay',
        'mg/dL',
        105,
        20,
        1,
      ),
      measurement('2085-9', 'Cholesterol in HDL [Mass/volume] in Serum or Plasma', 'mg/dL', 54, 9, 1),
    ],
  },
  {
    code: loinc('58410-2', 'CBC panel - Blood by Automated count'),
    tests: [
      measurement('6690-2', 'Leukocytes [#/volume] in Blood by Automated count', '10*3/uL', 7, 1.5, 1),
      measurement('789-8', 'Erythrocytes [#/volume] in Blood by Automated count', '10*6/uL', 4.8, 0.4, 2),
      measurement('718-7', 'Hemoglobin [Mass/volume] in Blood', 'g/dL', 14.5, 1.1, 1),
      measurement('4544-3', 'Hematocrit [Volume Fraction] of Blood by Automated count', '%', 43, 3, 1),
      measurement('787-2', 'MCV [Entitic volume] by Automated count', 'fL', 89, 4, 1),
      measurement('777-3', 'Platelets [#/volume] in Blood by Automated count', '10*3/uL', 250, 45),
    ],
  },
];

export const HBA1C = measurement('4548-4', 'Hemoglobin A1c/Hemoglobin.total in Blood', '%', 6.9, 0.8, 1);
