import { Refusal } from './refusal.ts'

/** Wraps an error of a callback such as `authorize`, so that it is not taken for an error of VecTrade or the caller. */
export class CallbackError extends Error {}

/** Calls a callback of the developer. @throws CallbackError with its error as the cause, or its Refusal */
export async function runCallback<T>(callback: () => T | Promise<T>): Promise<T> {
  try {
    return await callback()
  } catch (cause) {
    throw cause instanceof Refusal ? cause : new CallbackError('', { cause })
  }
}
