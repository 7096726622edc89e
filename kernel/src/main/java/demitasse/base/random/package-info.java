/** Random numbers: {@link demitasse.base.random.RandomPool} for all who need some, over ChaCha20 of RFC 8439. */
package demitasse.base.random;
