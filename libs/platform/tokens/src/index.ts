export { tokenizerCount } from './tokenizer-count';
