import { hide } from './errors/vectrade-error.ts'

/**
 * Lets `await using`, `using` or `for await` find a method of an object where the engine has no symbol for it: WebKit
 * lacks those of `using`, Hermes that of `for await`. Babel, esbuild and SWC look for the registered symbol there.
 * What TypeScript compiles needs a polyfill of the symbol, loaded before the object is made.
 *
 * For constructors: in a class, only a name such as `[Symbol.asyncDispose]` leaves bundlers free to drop the class.
 */
export function nameMethod<T extends object>(
  object: T,
  name: 'asyncDispose' | 'asyncIterator' | 'dispose',
  method: (object: T) => unknown,
): void {
  const symbol = Symbol[name] ?? Symbol.for(`Symbol.${name}`)
  if (!(symbol in object)) hide(object, symbol, () => method(object))
}
