export { openIntake, type IntakeOptions } from './host.js';
export type { ChunksOptions, DiffSummary, InForceRow, Intake, Progress, ScanOptions, ScanSummary, SliceCount, SliceKey } from './intake.js';
export { FILE_PROBLEMS, IntakeProblem, type IntakeProblemCode, type IntakeProblemData } from './intake-problem.js';
export { FileStore, type FileDraft } from './file-store.js';
export { FILE_WARNINGS, ROW_PROBLEMS, type FileWarning, type RowProblem, type RowProblemCode, type WarningCode } from './row-problem.js';
export { readQuarantine, readQuarantineColumns, type QuarantinedRow } from './quarantine.js';
export type { ColumnDefaults, FocusVersion } from './columns.js';
