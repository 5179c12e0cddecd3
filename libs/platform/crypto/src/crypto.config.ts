import { defineConfig, list, variable, type ConfigOf } from '@app/platform/config';
import { z } from 'zod';

const HEX_KEY = /^[0-9a-f]{64}$/i;
const PROBLEM = 'must be 64 hexadecimal digits (32 bytes)';

const keyList = list().refine((keys) => keys.every((key) => HEX_KEY.test(key)), `: each key ${PROBLEM}`);

export const cryptoConfig = defineConfig('crypto', {
  encryptionKey: variable(
    'HOT_ENCRYPTION_KEY',
    z.string().trim().regex(HEX_KEY, PROBLEM).optional(),
    'Master key that seals secrets in the database: 64 hexadecimal digits. Required in production; losing it makes them unreadable.',
  ),
  previousEncryptionKeys: variable(
    'HOT_ENCRYPTION_KEY_PREVIOUS',
    keyList,
    'Former master keys, by commas, while what they sealed is being sealed again.',
  ),
});

export type CryptoConfig = ConfigOf<typeof cryptoConfig>;
