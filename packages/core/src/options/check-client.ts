import { type Check, checkThat, hasMethods } from '../lifetime/check-options.ts'

/**
 * Makes a check for a client. It needs only the part that is used, so that a stand-in can be passed in tests.
 *
 * @param methods the methods of the part that are called
 */
export function checkClient(part: 'ai' | 'live', ...methods: string[]): Check {
  return checkThat('a VecTrade client', (value) =>
    hasMethods((value as Record<string, unknown> | null)?.[part], ...methods),
  )
}
