"""The long algorithms of single losses: CTC, entmax, sorted and blockwise sums."""
