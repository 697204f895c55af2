import { hide } from '../errors/vectrade-error.ts'

/**
 * Lets `await using`, `using` and `for await` find a method in engines that lack the symbol for it. WebKit
 * lacks the symbols of `using`, and Hermes lacks the symbol of `for await`. There, the output of Babel,
 * esbuild and SWC looks for a registered symbol, and this function adds the method under that symbol. The
 * output of TypeScript needs a polyfill that is loaded before the object is created.
 *
 * Call it in the constructor. A class that computes the name of such a method itself cannot be dropped by
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
