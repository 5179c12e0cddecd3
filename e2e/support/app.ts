/** The app's API as a person uses it who has signed in with one click. */
export class AppSession {
  private constructor(
    private readonly origin: string,
    private readonly cookie: string,
  ) {}

  static async open(origin: string): Promise<AppSession> {
    const login = await fetch(`${origin}/admin/v1/login/local`, { method: 'POST', headers: { origin } });
    if (login.status !== 200) throw new Error(`Signing in answered ${login.status}: ${await login.text()}`);
    const [cookie = ''] = (login.headers.get('set-cookie') ?? '').split(';');
    return new AppSession(origin, cookie);
  }

  /** Something in the local environment. */
  async get<T>(path: string): Promise<T> {
    const url = `${this.origin}/admin/v1/orgs/local/envs/development${path}`;
    const answer = await fetch(url, { headers: { origin: this.origin, cookie: this.cookie } });
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return ((await answer.json()) as { data: T }).data;
  }
}
