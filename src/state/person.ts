// Whether a page that needs a person can ask the server. In a mini-program WeChat signs in by itself with the first call, unless the person signed out.
import { isSignedOut, useSession } from '@/api/session';
import { isWeapp } from '@/platform';
import { signIn } from './sign-in';

/** `who` changes when another person signs in: put it among a load's deps. */
export function usePerson(): { ready: boolean; who: string } {
  const session = useSession();
  return { ready: session !== null || (isWeapp && !isSignedOut()), who: isWeapp ? '' : (session?.personId ?? '') };
}

/** The login page comes back to where it was opened. */
export function askLogin(): void {
  void signIn();
}
