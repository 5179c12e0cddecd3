export {
  hasEngineCode,
  PROGRAM_FILE,
  programText,
  splitArtifact,
  withEngineCode,
  withoutEngineCode,
  type SplitArtifact,
} from './engine-code';
