/** Lint rules that oxlint does not have. */
export default {
  meta: { name: 'vectrade' },
  rules: {
    'no-import-meta': {
      create(context: { report(finding: { node: unknown; message: string }): void }) {
        return {
          MetaProperty(node: { meta: { name: string } }): void {
            if (node.meta.name !== 'import') return
            context.report({ node, message: 'The fields of `import.meta` depend on the runtime.' })
          },
        }
      },
    },
  },
}
