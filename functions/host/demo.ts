/** The demo city's seeding, when demo mode is on. */
import type { App } from '../kernel';

export interface SignIn { who: string; name: string; phone: string; role: string }
export async function seedDemo(_app: App, _say: (words: string) => void): Promise<SignIn[]> {
  return [];
}
