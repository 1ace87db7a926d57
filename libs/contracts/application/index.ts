import { AddContractEvidenceHandler } from './add-contract-evidence.js';
import { AmendContractHandler } from './amend-contract.js';
import { ChangeContractEvidenceHandler } from './change-contract-evidence.js';
import { ChangePartyHandler } from './change-party.js';
import { Contracts } from './contracts.js';
import { Parties } from './parties.js';
import { RegisterPartyHandler } from './register-party.js';
import { RenewContractHandler } from './renew-contract.js';
import { SignContractHandler } from './sign-contract.js';
import { TerminateContractHandler } from './terminate-contract.js';

export const CONTRACT_HANDLERS = [
  Contracts,
  Parties,
  AddContractEvidenceHandler,
  AmendContractHandler,
  ChangeContractEvidenceHandler,
  ChangePartyHandler,
  RegisterPartyHandler,
  RenewContractHandler,
  SignContractHandler,
  TerminateContractHandler,
];
export * from './add-contract-evidence.js';
export * from './amend-contract.js';
export * from './change-contract-evidence.js';
export * from './change-party.js';
export * from './contracts.js';
export * from './parties.js';
export * from './register-party.js';
export * from './renew-contract.js';
export * from './sign-contract.js';
export * from './terminate-contract.js';
