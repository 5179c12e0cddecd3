import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideRouter, Router, withComponentInputBinding } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import { aMe, FakeServer, single } from '../../../testing/fake-server';
import { SignInPage } from './sign-in-page';

@Component({ template: 'inside' })
class Inside {}

describe('SignInPage', () => {
  let server: FakeServer;
  let harness: RouterTestingHarness;

  async function open(query = ''): Promise<void> {
    TestBed.configureTestingModule({
      providers: [
        provideRouter(
          [
            { path: 'login', component: SignInPage },
            { path: '**', component: Inside },
          ],
          withComponentInputBinding(),
        ),
      ],
    });
    harness = await RouterTestingHarness.create();
    await harness.navigateByUrl(`/login${query}`, SignInPage);
    await settle();
  }

  const settle = async (): Promise<void> => {
    for (let i = 0; i < 4; i += 1) {
      await new Promise((resolve) => setTimeout(resolve));
      harness.detectChanges();
    }
  };
  const page = (): HTMLElement => harness.routeNativeElement ?? document.createElement('i');
  const type = (name: string, text: string): void => {
    const field = page().querySelector<HTMLInputElement>(`input[name=${name}]`);
    if (field === null) throw new Error(`no field "${name}"`);
    field.value = text;
    field.dispatchEvent(new Event('input'));
  };
  const submit = async (): Promise<void> => {
    harness.detectChanges();
    page()
      .querySelector('form')
      ?.dispatchEvent(new Event('submit', { cancelable: true }));
    await settle();
  };

  beforeEach(() => {
    localStorage.clear();
    server = new FakeServer()
      .on('GET /admin/v1/auth/config', () => single({ local_sign_in: true, version: '0.1.0' }))
      .on('POST /admin/v1/login', () => single(aMe()))
      .on('POST /admin/v1/login/local', () => single(aMe()));
  });

  it('goes back to the exact address that was asked for', async () => {
    await open('?return=' + encodeURIComponent('/o/acme/e/development/runs?status=failed&t=7d'));
    type('email', ' ada@example.com ');
    type('password', 'secret');
    await submit();
    expect(server.to('POST /admin/v1/login')[0]?.body).toEqual({
      email: 'ada@example.com',
      password: 'secret',
    });
    expect(TestBed.inject(Router).url).toBe('/o/acme/e/development/runs?status=failed&t=7d');
  });

  it('goes to the Dashboard instead of another site', async () => {
    await open('?return=//evil.example');
    type('email', 'ada@example.com');
    type('password', 'secret');
    await submit();
    expect(TestBed.inject(Router).url).toBe('/o/acme/e/development/dashboard');
  });

  it('says one thing for every wrong credential and forgets the password', async () => {
    server.on('POST /admin/v1/login', () => ({
      status: 401,
      body: { error: { code: 'unauthorized', message: 'x', request_id: 'r' } },
    }));
    await open();
    type('email', 'ada@example.com');
    type('password', 'wrong');
    await submit();
    expect(page().querySelector('[role=alert]')?.textContent).toBe('Email or password is wrong.');
    expect(page().querySelector<HTMLInputElement>('input[name=password]')?.value).toBe('');
  });

  it('says how long to wait after too many attempts', async () => {
    server.on('POST /admin/v1/login', () => ({
      status: 429,
      body: { error: { code: 'rate_limit_exceeded', message: 'x', request_id: 'r', retry_after: 40 } },
    }));
    await open();
    type('email', 'ada@example.com');
    type('password', 'wrong');
    await submit();
    expect(page().querySelector('[role=alert]')?.textContent).toContain('40 seconds');
  });

  it('offers one click only where the server does', async () => {
    await open();
    expect(page().textContent).toContain('Continue as local developer');
    page().querySelector<HTMLButtonElement>('.primary')?.click();
    await settle();
    expect(server.to('POST /admin/v1/login/local')).toHaveLength(1);
    expect(TestBed.inject(Router).url).toBe('/o/acme/e/development/dashboard');
  });

  it('shows no such button otherwise', async () => {
    server.on('GET /admin/v1/auth/config', () => single({ local_sign_in: false, version: '0.1.0' }));
    await open();
    expect(page().textContent).not.toContain('Continue as local developer');
  });
});
