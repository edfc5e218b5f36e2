"""Losses of dask arrays: computed when asked, in chunks, and by several workers."""

import dask
import dask.array as da
import numpy as np
import pytest
from dask.distributed import Client, LocalCluster

import funloss as fl
from tests.assertions import assert_close
from tests.sampling import COMPILED
from tests.table import rows

COPIES, CHUNK = 2, 2


@pytest.fixture(autouse=True)
def _levels():
    # A sum of three chunks has two levels then, as one of many has.
    with dask.config.set(split_every=2):
        yield


def refuse(*args, **kwargs):
    """Stand in for a scheduler where nothing may be computed."""
    msg = "a chunk was computed"
    raise AssertionError(msg)


def lazily(loss, arrays):
    with dask.config.set(scheduler=refuse):
        return loss(*arrays)


def batches(row, classes=-1):
    """Return a larger batch as NumPy's arrays, and as dask's in chunks of samples."""
    whole, chunked = [], []
    for name, x in row.values().items():
        axis, chunks = row.samples.get(name, 0), [classes] * x.ndim
        if axis is not None:
            chunks[axis] = CHUNK
        whole.append(x if axis is None else np.concatenate([x] * COPIES, axis))
        chunked.append(da.from_array(whole[-1], chunks=tuple(chunks)))
    return whole, chunked


@rows(one_in=COMPILED)
@pytest.mark.parametrize("classes", [-1, 1], ids=["whole", "split"])
def test_losses_are_lazy_and_keep_the_chunks_of_samples(row, classes):
    options = {"reduction": "none"} if row.has("reduction") else {}
    whole, chunked = batches(row, classes)
    got = lazily(row.with_options(**options), chunked)
    assert_close(got.compute(), row.with_options(**options)(*whole))
    if not row.together:
        assert set(got.chunks[0]) == {CHUNK}


@rows("reduction", one_in=COMPILED)
def test_means_are_lazy(row):
    whole, chunked = batches(row)
    got = lazily(row.with_options(), chunked)
    assert_close(got.compute(), row.with_options()(*whole))


@rows("where", "reduction", one_in=COMPILED)
def test_masked_means_are_lazy(row):
    whole, chunked = batches(row)
    shape = (COPIES * row.mask_shape[0], *row.mask_shape[1:])
    keep = (np.arange(np.prod(shape)) % 3 > 0).reshape(shape)
    mask = da.from_array(keep, chunks=(CHUNK,) + (-1,) * (keep.ndim - 1))
    got = lazily(row.with_options(where=mask), chunked)
    assert_close(got.compute(), row.with_options(where=keep)(*whole))


def test_what_computes_is_seen():
    def reads(x):
        return x / float(x.sum())

    with pytest.raises(AssertionError, match="a chunk was computed"):
        lazily(reads, [da.ones(4, chunks=2)])


@pytest.mark.parametrize("loss", [fl.cross_entropy, fl.nll_loss])
@pytest.mark.parametrize("reduction", ["none", "mean"])
def test_class_weights_keep_the_chunks_of_images(loss, reduction):
    rng = np.random.default_rng(0)
    scores, weight = rng.standard_normal((4, 3, 6, 5)), rng.random(3)
    labels = rng.integers(0, 3, (4, 6, 5))
    arrays = [
        da.from_array(scores, chunks=(2, 3, 3, 5)),
        da.from_array(labels, chunks=(2, 3, 5)),
        da.from_array(weight),
    ]
    got = lazily(lambda *x: loss(*x, reduction=reduction), arrays)
    assert_close(got.compute(), loss(scores, labels, weight, reduction=reduction))
    assert got.chunks == (arrays[1].chunks if reduction == "none" else ())


def test_bad_labels_are_nan_when_they_are_computed():
    scores = da.zeros((4, 3), chunks=(2, 3))
    labels = da.from_array(np.asarray([0, 1, 3, -7]), chunks=2)
    got = lazily(lambda *x: fl.cross_entropy(*x, reduction="none"), [scores, labels])
    assert_close(got.compute(), [np.log(3), np.log(3), np.nan, np.nan])


@pytest.fixture(scope="module")
def client():
    """Two worker processes on this machine, which are gone afterwards."""
    with (
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            # Any free port: there is an HTTP server even without a dashboard.
            dashboard_address="127.0.0.1:0",
        ) as cluster,
        Client(cluster, timeout=30) as client,
    ):
        client.wait_for_workers(2, timeout=30)
        yield client


@pytest.mark.parametrize(
    "loss", [fl.l1_loss, fl.huber_loss, fl.mse_loss], ids=lambda x: x.__name__
)
def test_two_workers_return_the_same_number(client, loss):
    rng = da.random.default_rng(0)
    arrays = rng.standard_normal((2, 400_000), dtype=np.float32, chunks=(2, 50_000))
    lazy = loss(*arrays)
    got = client.compute(lazy).result(timeout=60)
    assert got == lazy.compute(scheduler="synchronous")


def test_two_workers_share_labelled_rows(client):
    rng = da.random.default_rng(0)
    scores = rng.standard_normal((2000, 10), chunks=(250, 10))
    labels = rng.integers(0, 10, 2000, chunks=250)
    lazy = fl.cross_entropy(scores, labels, label_smoothing=0.1)
    got = client.compute(lazy).result(timeout=60)
    assert got == lazy.compute(scheduler="synchronous")
    assert len(client.scheduler_info()["workers"]) == 2
