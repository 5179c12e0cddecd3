import { inject } from '@angular/core';
import { Router, type CanActivateFn } from '@angular/router';
import { findScope, landingScope, rememberScope, Scope, Session } from '@app/admin-ui/session';

/** Whoever is not signed in goes to sign in, and comes back to exactly this address. */
export const requireSession: CanActivateFn = async (_route, state) => {
  const router = inject(Router);
  const me = await inject(Session).load();
  if (me !== null) return true;
  return router.createUrlTree(['/login'], state.url === '/' ? {} : { queryParams: { return: state.url } });
};

/** Only organizations and environments that are theirs; anything else looks as if it did not exist. */
export const requireScope: CanActivateFn = async (route) => {
  const router = inject(Router);
  const scope = inject(Scope);
  const me = await inject(Session).load();
  const names = { org: route.params['org'] as string, env: route.params['env'] as string };
  const found = me === null ? null : findScope(me, names);
  if (found === null) return router.createUrlTree(['/no-access'], { queryParams: names });
  const proper = { org: found.org.slug, env: found.env.name };
  scope.enter(proper);
  rememberScope(proper);
  return true;
};

/** `/` leads to the Dashboard of where somebody was last. */
export const landing: CanActivateFn = async () => {
  const router = inject(Router);
  const me = await inject(Session).load();
  if (me === null) return router.createUrlTree(['/login']);
  const scope = landingScope(me);
  return scope === null
    ? router.createUrlTree(['/no-access'])
    : router.createUrlTree(['/o', scope.org, 'e', scope.env, 'dashboard']);
};
