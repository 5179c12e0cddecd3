import { DOCUMENT } from '@angular/common';
import { DestroyRef, inject } from '@angular/core';
import { isTyping } from '../table';

/** The keys of a page: r loads again, F takes the filters away. Nothing while somebody types. */
export function pageKeys(keys: { readonly reload: () => unknown; readonly clear?: () => void }): void {
  const document = inject(DOCUMENT);
  const press = (event: KeyboardEvent): void => {
    if (isTyping(event)) return;
    if (event.key === 'r') keys.reload();
    if (event.key === 'F' && event.shiftKey) keys.clear?.();
  };
  document.addEventListener('keydown', press);
  inject(DestroyRef).onDestroy(() => document.removeEventListener('keydown', press));
}
