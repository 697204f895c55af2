/** The lint rules that oxlint does not have. */
export default {
  meta: { name: 'vectrade' },
  rules: {
    'no-import-meta': {
      create(context: { report(finding: { node: unknown; message: string }): void }) {
        return {
          MetaProperty(node: { meta: { name: string } }): void {
            if (node.meta.name !== 'import') return
            context.report({ node, message: 'What `import.meta` holds depends on the runtime.' })
          },
        }
      },
    },
  },
}
