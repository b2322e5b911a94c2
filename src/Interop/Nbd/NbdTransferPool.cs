namespace LibvirtBackup.Interop.Nbd;

/// <summary>Transfers that wait for their next use.</summary>
internal sealed class NbdTransferPool
{
    private const int Limit = 256;

    private readonly Lock _gate = new();
    private readonly Stack<NbdTransfer> _free = new();

    public NbdTransfer Rent()
    {
        lock (_gate)
        {
            if (_free.TryPop(out NbdTransfer? transfer))
                return transfer;
        }

        return new NbdTransfer(this);
    }

    public void Return(NbdTransfer transfer)
    {
        lock (_gate)
        {
            if (_free.Count < Limit)
                _free.Push(transfer);
        }
    }
}
