export * from './tenor/ledger/v1/common_pb.js';
