// For its effect alone: it ends a process on another Node.
export {};
