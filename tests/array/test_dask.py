"""What dask's namespace does with chunks."""

import dask.array as da
import numpy as np

import funloss as fl
from tests.assertions import assert_close


def test_spectra_of_chunked_frames_are_those_of_whole_ones():
    frames = np.asarray([[[1.0, 1, 0, 0]], [[0, 0, 1, 1]]])
    chunked = da.from_array(frames, chunks=(1, 1, 2))
    real, imaginary = fl.array_namespace(chunked).rfft(chunked, 4)
    assert_close(real, [[[2, 1, 0]], [[2, -1, 0]]])
    assert_close(imaginary, [[[0, -1, 0]], [[0, 1, 0]]])
