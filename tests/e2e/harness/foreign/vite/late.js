export const late = "a chunk of its own";
