/** The library's own registry of `@Type`; it exports no typed way to read it. */
declare module 'class-transformer/cjs/storage.js' {
  export const defaultMetadataStorage: {
    findTypeMetadata(target: new () => object, property: string): { readonly typeFunction: () => new () => object } | undefined;
  };
}
