import type { DocumentNode } from 'graphql';

/** Parsed and validated documents, the longest unused leaving first. What hangs on a document (plan, compiled form) leaves with it. */
export class DocumentStore {
  private readonly documents = new Map<string, DocumentNode>();

  constructor(private readonly capacity = 500) {}

  get(key: string): Promise<DocumentNode | undefined> {
    const found = this.documents.get(key);
    if (found) {
      this.documents.delete(key);
      this.documents.set(key, found);
    }
    return Promise.resolve(found);
  }

  set(key: string, document: DocumentNode): Promise<void> {
    if (this.documents.size >= this.capacity) {
      const [oldest] = this.documents.keys();
      if (oldest !== undefined) this.documents.delete(oldest);
    }
    this.documents.set(key, document);
    return Promise.resolve();
  }

  delete(key: string): Promise<boolean> {
    return Promise.resolve(this.documents.delete(key));
  }
}
