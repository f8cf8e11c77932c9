// @peculiar/x509 needs the metadata polyfill to be loaded before it: import it from here only.
import 'reflect-metadata';

export * from '@peculiar/x509';
