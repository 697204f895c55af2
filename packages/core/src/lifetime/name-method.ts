import { hide } from '../errors/vectrade-error.ts'

/**
 * Lets `await using`, `using` and `for await` find a method where the engine has no symbol for
 * it. WebKit lacks the symbols of `using`, Hermes the one of `for await`. Babel, esbuild and SWC
 * then look for the registered symbol. TypeScript's output needs a polyfill, loaded before the
 * object is made.
 *
 * Called in constructors, because a class with any other computed name cannot be dropped by
 * bundlers.
 */
export function nameMethod<T extends object>(
  object: T,
  name: 'asyncDispose' | 'asyncIterator' | 'dispose',
  method: (object: T) => unknown,
): void {
  const symbol = Symbol[name] ?? Symbol.for(`Symbol.${name}`)
  if (!(symbol in object)) hide(object, symbol, () => method(object))
}
