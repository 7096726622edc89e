/** The few containers of the kernel: intrusive or over primitives, float-free, without hidden allocation. */
package demitasse.base.collect;
