export { Confirm, type Question } from './confirm-dialog';
export { Tell } from './tell';
