// The browser takes no style element without the nonce of this page (content security policy). Libraries write some at run
// time, not all of them with a nonce they were given: so every style element that a script of ours makes gets it.
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;
const create = document.createElement.bind(document);

if (nonce) {
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = create(name, options);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  }) as typeof document.createElement;
}
