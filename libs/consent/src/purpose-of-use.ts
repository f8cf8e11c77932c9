// HL7 v3 code system ActReason, the part below PurposeOfUse: each code and the one it specialises.
const NARROWER: Readonly<Record<string, string>> = {
  PurposeOfUse: 'HMARKT HOPERAT HPAYMT HRESCH PATRQT PUBHLTH TREAT',
  HOPERAT:
    'CAREMGT DONAT FRAUD GOV HACCRED HCOMPL HDECD HDIRECT HDM HLEGAL HOUTCOMS HPRGRP HQUALIMP HSYSADMIN MEMADMIN ' +
    'MILCDM PATADMIN PATSFTY PERFMSR RECORDMGT SYSDEV TRAIN',
  HSYSADMIN: 'LABELING METAMGT',
  SYSDEV: 'HTEST',
  HPAYMT: 'CLMATTCH COVAUTH COVERAGE REMITADV',
  COVERAGE: 'ELIGDTRM ELIGVER ENROLLM MILDCRG',
  HRESCH: 'BIORCH CLINTRCH DSRCH POARCH PRECLINTRCH TRANSRCH',
  CLINTRCH: 'CLINTRCHNPC CLINTRCHPC PRECLINTRCH',
  PATRQT: 'FAMRQT PWATRNY SUPNWK',
  PUBHLTH: 'DISASTER THREAT',
  TREAT: 'CLINTRL COC ETREAT POPHLTH',
  ETREAT: 'BTG ERTREAT',
};

const BROADER = new Map<string, string[]>();
for (const [code, narrower] of Object.entries(NARROWER)) {
  for (const child of narrower.split(' ')) BROADER.set(child, [...(BROADER.get(child) ?? []), code]);
}

/** Every purpose that includes this one, itself excluded. A code that is not known stands below PurposeOfUse alone. */
export function broaderPurposes(code: string): string[] {
  if (code === 'PurposeOfUse') return [];
  const found = new Set<string>(['PurposeOfUse']);
  const waiting = [code];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const parent of BROADER.get(next) ?? []) {
      found.add(parent);
      waiting.push(parent);
    }
  }
  return [...found];
}
