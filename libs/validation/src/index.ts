export { MOST_FAULTS } from './course.js';
export { validate } from './validate.js';
