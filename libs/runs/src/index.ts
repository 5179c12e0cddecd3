export { Serving, type EnvFacts, type FunctionTarget, type RunTarget, type Soon } from './serving.port';
