import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { processConfig, type ProcessConfig } from '@app/platform/config';
import { Strategy } from 'passport-custom';
import { SessionService, type OpenSession } from './session.service';
import { sessionTokenFrom } from './session-cookie';

export const APP_SESSION = 'app-session';

interface CookieRequest {
  readonly cookies?: Readonly<Record<string, string | undefined>>;
}

/** The cookie of the app as a passport strategy. `false` is passport's word for "nobody". */
@Injectable()
export class AppSessionStrategy extends PassportStrategy(Strategy, APP_SESSION) {
  constructor(
    private readonly sessions: SessionService,
    @Inject(processConfig.token) private readonly process: ProcessConfig,
  ) {
    super();
  }

  async validate(request: CookieRequest): Promise<OpenSession | false> {
    const token = sessionTokenFrom(request.cookies ?? {}, this.process.mode === 'development');
    if (token === undefined) return false;
    return (await this.sessions.open(token)) ?? false;
  }
}
