/** Given names, each with a number behind it, as Synthea has them: nobody is called so. */
export const GIVEN: Readonly<Record<'female' | 'male', readonly string[]>> = {
  female: [
    'Adaline',
    'Beryl',
    'Carola',
    'Delphine',
    'Edwina',
    'Fenna',
    'Greta',
    'Hedda',
    'Ilsa',
    'Jorun',
    'Kirsa',
    'Lorna',
  ],
  male: [
    'Alaric',
    'Bertram',
    'Casimir',
    'Dorian',
    'Edgar',
    'Florian',
    'Gideon',
    'Hannes',
    'Ivar',
    'Jasper',
    'Klaas',
    'Lothar',
  ],
};

export const FAMILY: readonly string[] = [
  'Sampleton',
  'Testwell',
  'Mockridge',
  'Dummerfield',
  'Fakenham',
  'Placeholt',
  'Exampler',
  'Fictley',
  'Phantomas',
  'Synthesen',
  'Trialova',
  'Invento',
];

export const CITIES: readonly { readonly city: string; readonly state: string; readonly postalCode: string }[] = [
  { city: 'Sampleville', state: 'MA', postalCode: '00001' },
  { city: 'Testburg', state: 'MA', postalCode: '00002' },
  { city: 'Mocktown', state: 'MA', postalCode: '00003' },
  { city: 'New Example', state: 'MA', postalCode: '00004' },
];

export const STREETS: readonly string[] = ['Placeholder Lane', 'Synthetic Street', 'Fixture Avenue', 'Sample Road'];
