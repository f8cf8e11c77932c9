// Codes of SNOMED CT, RxNorm and CVX for what a life in this data consists of
import { type Coding, cvx, rxnorm, snomed } from './concept.js';

/** Something a patient can have, and what is done about it. */
export interface Illness {
  readonly condition: Coding;
  readonly medication?: Coding;
  readonly procedure?: Coding;
  /** Lasts for life; else for some weeks. */
  readonly chronic: boolean;
  /** Years of age from which on it comes. */
  readonly from: number;
  /** Probability, once in life for a chronic one, else in a year. */
  readonly chance: number;
}

export const ILLNESSES: readonly Illness[] = [
  {
    condition: snomed('44054006', 'Diabetes mellitus type 2'),
    medication: rxnorm('860975', '24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet'),
    chronic: true,
    from: 40,
    chance: 0.12,
  },
  {
    condition: snomed('59621000', 'Essential hypertension'),
    medication: rxnorm('314076', 'lisinopril 10 MG Oral Tablet'),
    chronic: true,
    from: 35,
    chance: 0.3,
  },
  {
    condition: snomed('195967001', 'Asthma'),
    medication: rxnorm('745679', '200 ACTUAT albuterol 0.09 MG/ACTUAT Metered Dose Inhaler'),
    chronic: true,
    from: 4,
    chance: 0.08,
  },
  {
    condition: snomed('55822004', 'Hyperlipidemia'),
    medication: rxnorm('312961', 'Simvastatin 20 MG Oral Tablet'),
    chronic: true,
    from: 40,
    chance: 0.25,
  },
  {
    condition: snomed('40930008', 'Hypothyroidism'),
    medication: rxnorm('966247', 'levothyroxine sodium 0.05 MG Oral Tablet'),
    chronic: true,
    from: 30,
    chance: 0.06,
  },
  {
    condition: snomed('444814009', 'Viral sinusitis'),
    chronic: false,
    from: 3,
    chance: 0.15,
  },
  {
    condition: snomed('10509002', 'Acute bronchitis'),
    medication: rxnorm('313782', 'Acetaminophen 325 MG Oral Tablet'),
    procedure: snomed('23426006', 'Measurement of respiratory function'),
    chronic: false,
    from: 3,
    chance: 0.1,
  },
  {
    condition: snomed('65363002', 'Otitis media'),
    medication: rxnorm('308182', 'Amoxicillin 250 MG Oral Capsule'),
    chronic: false,
    from: 0,
    chance: 0.08,
  },
  {
    condition: snomed('44465007', 'Sprain of ankle'),
    medication: rxnorm('310965', 'Ibuprofen 200 MG Oral Tablet'),
    procedure: snomed('274474001', 'Bone immobilization'),
    chronic: false,
    from: 6,
    chance: 0.04,
  },
  {
    condition: snomed('283371005', 'Laceration of forearm'),
    procedure: snomed('288086009', 'Suture open wound'),
    chronic: false,
    from: 2,
    chance: 0.03,
  },
];

export const VACCINES: readonly Coding[] = [
  cvx('140', 'Influenza, seasonal, injectable, preservative free'),
  cvx('08', 'Hep B, adolescent or pediatric'),
  cvx('115', 'Tdap'),
  cvx('03', 'MMR'),
  cvx('21', 'varicella'),
  cvx('133', 'Pneumococcal conjugate PCV 13'),
  cvx('121', 'zoster vaccine, live'),
];

export const ALLERGIES: readonly {
  readonly coding: Coding;
  readonly category: 'food' | 'medication' | 'environment';
  readonly reaction: Coding;
}[] = [
  { coding: snomed('91935009', 'Allergy to peanuts'), category: 'food', reaction: snomed('247472004', 'Wheal') },
  {
    coding: snomed('91936005', 'Allergy to penicillin'),
    category: 'medication',
    reaction: snomed('271807003', 'Eruption of skin'),
  },
  {
    coding: snomed('418689008', 'Allergy to grass pollen'),
    category: 'environment',
    reaction: snomed('76067001', 'Sneezing'),
  },
];

export const CHECK_UP = snomed('162673000', 'General examination of patient (procedure)');
export const SICK_VISIT = snomed('185345009', 'Encounter for symptom (procedure)');
export const FOLLOW_UP = snomed('390906007', 'Follow-up encounter');

/** What is done at a check-up. */
export const ROUTINE_PROCEDURES: readonly Coding[] = [
  snomed('430193006', 'Medication reconciliation'),
  snomed('171207006', 'Depression screening'),
];

export const CARE_PLANS: Readonly<Record<string, { readonly plan: Coding; readonly activities: readonly Coding[] }>> = {
  '44054006': {
    plan: snomed('698360004', 'Diabetes self management plan'),
    activities: [snomed('160670007', 'Diabetic diet'), snomed('229065009', 'Exercise therapy')],
  },
  '59621000': {
    plan: snomed('443402002', 'Lifestyle education regarding hypertension'),
    activities: [
      snomed('386463000', 'Prescribed activity/exercise education'),
      snomed('413473000', 'Counseling about alcohol consumption'),
    ],
  },
};
