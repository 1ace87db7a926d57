export * from './tenor/ledger/v1/charges_pb.js';
export * from './tenor/ledger/v1/commands_pb.js';
export * from './tenor/ledger/v1/commitments_pb.js';
export * from './tenor/ledger/v1/common_pb.js';
export * from './tenor/ledger/v1/contracts_pb.js';
export * from './tenor/ledger/v1/organizations_pb.js';
