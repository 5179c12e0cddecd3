export { choice, flag, integer, list, text, type Codec } from './codecs';
export { readValues, urlState, writeValues, type UrlState, type Values } from './url-state';
