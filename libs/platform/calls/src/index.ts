export { bytesJson, CallArgs, elementsOf, membersOf } from './call-args';
export { Refusal, type RefusalCode } from './refusal';
