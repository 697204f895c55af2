import ts from 'typescript'
import { entries } from './entries.ts'
import { UserProject } from './user-project.ts'

/** A name that can be imported, with the entry that exports it. */
export interface Exported {
  entry: string
  name: string
  symbol: ts.Symbol
}

/** The declarations of all entries of the packages, as they are published. */
export class Declarations {
  readonly program: ts.Program
  readonly checker: ts.TypeChecker
  readonly #file: string

  /** @param name the name of the project's folder */
  constructor(name: string) {
    const project = new UserProject(name)
    project.write('package.json', { type: 'module' })
    const imports = entries.map((entry, at) => `import * as entry${at} from '${entry}'\n`)
    this.#file = project.write('all.ts', imports.join(''))
    this.program = ts.createProgram([this.#file], {
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      target: ts.ScriptTarget.ESNext,
      types: ['node'],
    })
    this.checker = this.program.getTypeChecker()
  }

  *exported(): Generator<Exported> {
    for (const statement of this.program.getSourceFile(this.#file)?.statements ?? []) {
      if (!ts.isImportDeclaration(statement)) continue
      const { moduleSpecifier } = statement
      const module = this.checker.getSymbolAtLocation(moduleSpecifier)
      if (module === undefined || !ts.isStringLiteral(moduleSpecifier)) {
        throw new Error(`not found: ${statement.getText()}`)
      }
      for (const symbol of this.checker.getExportsOfModule(module)) {
        yield { entry: moduleSpecifier.text, name: symbol.name, symbol: this.#original(symbol) }
      }
    }
  }

  /** Returns the symbols of the packages' modules that the declarations of a symbol mention. */
  mentioned(symbol: ts.Symbol): ReadonlySet<ts.Symbol> {
    const found = new Set<ts.Symbol>()
    const visit = (node: ts.Node): void => {
      const named = ts.isIdentifier(node) ? this.checker.getSymbolAtLocation(node) : undefined
      if (named !== undefined) {
        const original = this.#original(named)
        if (original.declarations?.some(isOfPackages)) found.add(original)
      }
      ts.forEachChild(node, visit)
    }
    symbol.declarations?.forEach(visit)
    return found
  }

  #original(symbol: ts.Symbol): ts.Symbol {
    const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0
    return isAlias ? this.checker.getAliasedSymbol(symbol) : symbol
  }
}

/** Whether a declaration is one of a package's module, not a member or a parameter of one. */
function isOfPackages(declaration: ts.Declaration): boolean {
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration
  const isTopLevel = statement.parent !== undefined && ts.isSourceFile(statement.parent)
  return isTopLevel && /[\\/]@vectrade[\\/]/.test(declaration.getSourceFile().fileName)
}
