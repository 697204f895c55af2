import { arrowOf } from './layers.ts'

interface Context {
  readonly filename: string
  report(finding: { node: unknown; message: string }): void
}

/** A node that may name another module. */
interface Importing {
  source?: { value?: unknown } | null
}

/** The lint rules that oxlint does not have. */
export default {
  meta: { name: 'vectrade' },
  rules: {
    'no-import-meta': {
      create(context: Context): { MetaProperty(node: { meta: { name: string } }): void } {
        return {
          MetaProperty(node: { meta: { name: string } }): void {
            if (node.meta.name !== 'import') return
            context.report({
              node,
              message: 'The contents of `import.meta` depend on the runtime.',
            })
          },
        }
      },
    },
    // Types included: a folder can be understood without those above it.
    layers: {
      create(context: Context): Record<string, (node: Importing) => void> {
        const check = (node: Importing): void => {
          const specifier = node.source?.value
          if (typeof specifier !== 'string') return
          const arrow = arrowOf(context.filename, specifier)
          if (arrow === undefined || arrow.isDownwards) return
          const { from, to } = arrow
          context.report({
            node,
            message: `${from} may not import ${to}: .config/layers.ts has the order of the layers.`,
          })
        }
        return {
          ImportDeclaration: check,
          ExportNamedDeclaration: check,
          ExportAllDeclaration: check,
          ImportExpression: check,
          TSImportType: check,
        }
      },
    },
  },
}
