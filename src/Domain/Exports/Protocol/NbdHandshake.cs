using System.Buffers.Binary;
using System.Text;

namespace LibvirtBackup.Exports.Protocol;

/// <summary>
/// Newstyle negotiation: the client asks for one option after the other until it has an export. Nothing is read ahead,
/// so that nothing of before can pass for something that came over TLS.
/// </summary>
/// <param name="stream">The connection.</param>
/// <param name="exports">What is offered; the first one also goes by the empty name.</param>
/// <param name="secure">Secures a connection, or null where the server has no TLS; all of it is secured then.</param>
/// <param name="tryTakePlace">Takes a place for who is about to use an export; false when there is none.</param>
internal sealed class NbdHandshake(
    Stream stream, IReadOnlyList<IExport> exports, Func<Stream, CancellationToken, Task<Stream>>? secure,
    Func<CancellationToken, Task<bool>> tryTakePlace)
{
    private const ushort FixedNewstyle = 1;
    private const ushort NoZeroes = 2;

    /// <summary>Two texts of the longest kind, and many queries.</summary>
    private const int MostOptionBytes = 64 * Units.KiB;

    private readonly byte[] _header = new byte[16];
    private NbdOptionReplies _replies = new(stream);
    private bool _isSecure;
    private bool _noZeroes;
    private NbdDialect _dialect = NbdDialect.Simple;
    private IExport? _mapped;
    private IReadOnlyList<IExportMap> _maps = [];

    /// <summary>The connection, secured by now where the server has TLS.</summary>
    internal Stream Stream { get; private set; } = stream;

    /// <summary>Whether a place was taken, which has to be given back however this ends.</summary>
    internal bool HasPlace { get; private set; }

    /// <returns>What was agreed on, or null when the client is content.</returns>
    /// <exception cref="NbdProtocolException">It is no client, or a broken one.</exception>
    /// <exception cref="IOException">The connection is gone.</exception>
    internal async Task<NegotiatedExport?> RunAsync(CancellationToken cancellationToken)
    {
        await GreetAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            await Stream.ReadExactlyAsync(_header, cancellationToken).ConfigureAwait(false);
            if (BinaryPrimitives.ReadUInt64BigEndian(_header) != NbdMagic.Option)
                throw new NbdProtocolException("an option without its magic number");
            var option = (NbdOption)BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(8));
            var length = BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(12));
            if (length > MostOptionBytes)
                throw new NbdProtocolException($"an option of {length} bytes");
            var data = new byte[length];
            await Stream.ReadExactlyAsync(data, cancellationToken).ConfigureAwait(false);
            switch (option)
            {
                case NbdOption.Abort:
                    await _replies.SendAsync(option, NbdOptionReply.Ack, default, cancellationToken)
                        .ConfigureAwait(false);
                    return null;
                case var _ when secure is not null && !_isSecure && option != NbdOption.StartTls:
                    if (option == NbdOption.ExportName) throw new NbdProtocolException("a client without TLS");
                    await _replies.RefuseAsync(
                        option, NbdOptionReply.TlsRequired, "this server speaks TLS only", cancellationToken)
                        .ConfigureAwait(false);
                    break;
                case NbdOption.ExportName:
                    return await ExportByNameAsync(data, cancellationToken).ConfigureAwait(false);
                case NbdOption.Info or NbdOption.Go:
                    var agreed = await DescribeAsync(option, data, cancellationToken).ConfigureAwait(false);
                    if (agreed is not null && option == NbdOption.Go) return agreed;
                    break;
                default:
                    await AnswerAsync(option, data, cancellationToken).ConfigureAwait(false);
                    break;
            }
        }
    }

    private async Task GreetAsync(CancellationToken cancellationToken)
    {
        var greeting = new byte[18];
        BinaryPrimitives.WriteUInt64BigEndian(greeting, NbdMagic.Greeting);
        BinaryPrimitives.WriteUInt64BigEndian(greeting.AsSpan(8), NbdMagic.Option);
        BinaryPrimitives.WriteUInt16BigEndian(greeting.AsSpan(16), FixedNewstyle | NoZeroes);
        await Stream.WriteAsync(greeting, cancellationToken).ConfigureAwait(false);
        var answer = new byte[4];
        await Stream.ReadExactlyAsync(answer, cancellationToken).ConfigureAwait(false);
        var flags = BinaryPrimitives.ReadUInt32BigEndian(answer);
        if ((flags & ~(uint)(FixedNewstyle | NoZeroes)) != 0)
            throw new NbdProtocolException($"client flags 0x{flags:x}, of which some are not known");
        _noZeroes = (flags & NoZeroes) != 0;
    }

    private Task AnswerAsync(NbdOption option, byte[] data, CancellationToken cancellationToken)
    {
        switch (option)
        {
            case NbdOption.List:
                return data.Length == 0
                    ? ListAsync(cancellationToken)
                    : _replies.RefuseAsync(option, NbdOptionReply.Invalid, "LIST has no data", cancellationToken);
            case NbdOption.StartTls:
                return StartTlsAsync(data, cancellationToken);
            case NbdOption.StructuredReply when data.Length == 0:
                if (_dialect == NbdDialect.Simple) _dialect = NbdDialect.Structured;
                return _replies.SendAsync(option, NbdOptionReply.Ack, default, cancellationToken);
            case NbdOption.ExtendedHeaders when data.Length == 0:
                _dialect = NbdDialect.Extended;
                return _replies.SendAsync(option, NbdOptionReply.Ack, default, cancellationToken);
            case NbdOption.StructuredReply or NbdOption.ExtendedHeaders:
                return _replies.RefuseAsync(
                    option, NbdOptionReply.Invalid, "this option has no data", cancellationToken);
            case NbdOption.ListMetaContext or NbdOption.SetMetaContext:
                return ChooseMapsAsync(option, data, cancellationToken);
            default:
                return _replies.RefuseAsync(
                    option, NbdOptionReply.Unsupported, "this server does not have it", cancellationToken);
        }
    }

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        foreach (var export in exports)
        {
            var (name, description) = (Encoding.UTF8.GetBytes(export.Name), Encoding.UTF8.GetBytes(export.Description));
            var data = new byte[4 + name.Length + description.Length];
            BinaryPrimitives.WriteUInt32BigEndian(data, (uint)name.Length);
            name.CopyTo(data, 4);
            description.CopyTo(data, 4 + name.Length);
            await _replies.SendAsync(NbdOption.List, NbdOptionReply.Server, data, cancellationToken)
                .ConfigureAwait(false);
        }

        await _replies.SendAsync(NbdOption.List, NbdOptionReply.Ack, default, cancellationToken).ConfigureAwait(false);
    }

    private async Task StartTlsAsync(byte[] data, CancellationToken cancellationToken)
    {
        if (data.Length != 0 || _isSecure || secure is null)
        {
            var (why, text) = secure is null
                ? (NbdOptionReply.Policy, "this server has no TLS")
                : (NbdOptionReply.Invalid, "TLS is on already, or the option has data");
            await _replies.RefuseAsync(NbdOption.StartTls, why, text, cancellationToken).ConfigureAwait(false);
            return;
        }

        await _replies.SendAsync(NbdOption.StartTls, NbdOptionReply.Ack, default, cancellationToken)
            .ConfigureAwait(false);
        Stream = await secure(Stream, cancellationToken).ConfigureAwait(false);
        _replies = new NbdOptionReplies(Stream);
        (_isSecure, _dialect, _mapped, _maps) = (true, NbdDialect.Simple, null, []);
    }

    private async Task<NegotiatedExport> ExportByNameAsync(byte[] name, CancellationToken cancellationToken)
    {
        // This option has no way to say no.
        var export = Find(Encoding.UTF8.GetString(name))
            ?? throw new NbdProtocolException($"no export '{Encoding.UTF8.GetString(name)}'");
        if (!(HasPlace = await tryTakePlace(cancellationToken).ConfigureAwait(false)))
            throw new NbdProtocolException("a client for whom there is no place");
        var answer = new byte[_noZeroes ? 10 : 134];
        BinaryPrimitives.WriteInt64BigEndian(answer, export.SizeBytes);
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(8), (ushort)NegotiatedExport.FlagsFor(_dialect));
        await Stream.WriteAsync(answer, cancellationToken).ConfigureAwait(false);
        return Agree(export);
    }

    private async Task<NegotiatedExport?> DescribeAsync(
        NbdOption option, byte[] data, CancellationToken cancellationToken)
    {
        if (!NbdDescribeQuery.TryRead(data, out var query))
            return await RefuseAsync(option, NbdOptionReply.Invalid, "the request is malformed", cancellationToken)
                .ConfigureAwait(false);
        if (Find(query.Export) is not { } export)
            return await RefuseAsync(option, NbdOptionReply.Unknown, "there is no such export", cancellationToken)
                .ConfigureAwait(false);
        if (option == NbdOption.Go && !(HasPlace = await tryTakePlace(cancellationToken).ConfigureAwait(false)))
            return await RefuseAsync(
                option, NbdOptionReply.Policy, "all places of this server are taken; see its --max-clients",
                cancellationToken).ConfigureAwait(false);

        await _replies.DescribeAsync(option, NbdInfo.Name, Encoding.UTF8.GetBytes(export.Name), cancellationToken)
            .ConfigureAwait(false);
        await _replies.DescribeAsync(
            option, NbdInfo.Description, Encoding.UTF8.GetBytes(export.Description), cancellationToken)
            .ConfigureAwait(false);
        var sizes = new byte[12];
        BinaryPrimitives.WriteUInt32BigEndian(sizes, 1);
        BinaryPrimitives.WriteUInt32BigEndian(sizes.AsSpan(4), (uint)export.PreferredBlockBytes);
        BinaryPrimitives.WriteUInt32BigEndian(sizes.AsSpan(8), NegotiatedExport.MostPayloadBytes);
        await _replies.DescribeAsync(option, NbdInfo.BlockSize, sizes, cancellationToken).ConfigureAwait(false);
        var description = new byte[10];
        BinaryPrimitives.WriteInt64BigEndian(description, export.SizeBytes);
        BinaryPrimitives.WriteUInt16BigEndian(description.AsSpan(8), (ushort)NegotiatedExport.FlagsFor(_dialect));
        await _replies.DescribeAsync(option, NbdInfo.Export, description, cancellationToken).ConfigureAwait(false);
        await _replies.SendAsync(option, NbdOptionReply.Ack, default, cancellationToken).ConfigureAwait(false);
        return Agree(export);
    }

    private async Task<NegotiatedExport?> RefuseAsync(
        NbdOption option, NbdOptionReply why, string text, CancellationToken cancellationToken)
    {
        await _replies.RefuseAsync(option, why, text, cancellationToken).ConfigureAwait(false);
        return null;
    }

    private async Task ChooseMapsAsync(NbdOption option, byte[] data, CancellationToken cancellationToken)
    {
        if (option == NbdOption.SetMetaContext) (_mapped, _maps) = (null, []);
        if (_dialect == NbdDialect.Simple || !NbdMapQuery.TryRead(data, out var query))
        {
            await _replies.RefuseAsync(
                option, NbdOptionReply.Invalid, "the request is malformed, or comes before structured replies",
                cancellationToken).ConfigureAwait(false);
            return;
        }

        if (Find(query.Export) is not { } export)
        {
            await _replies.RefuseAsync(option, NbdOptionReply.Unknown, "there is no such export", cancellationToken)
                .ConfigureAwait(false);
            return;
        }

        var isList = option == NbdOption.ListMetaContext;
        IReadOnlyList<IExportMap> chosen =
            [.. export.Maps.Where(map => isList ? query.Lists(map.Name) : query.Names(map.Name))];
        for (var i = 0; i < chosen.Count; i++)
        {
            var text = Encoding.UTF8.GetBytes(chosen[i].Name);
            var reply = new byte[4 + text.Length];
            BinaryPrimitives.WriteUInt32BigEndian(reply, isList ? 0 : (uint)i + 1);
            text.CopyTo(reply, 4);
            await _replies.SendAsync(option, NbdOptionReply.MetaContext, reply, cancellationToken)
                .ConfigureAwait(false);
        }

        await _replies.SendAsync(option, NbdOptionReply.Ack, default, cancellationToken).ConfigureAwait(false);
        if (!isList) (_mapped, _maps) = (export, chosen);
    }

    private IExport? Find(string name) =>
        exports.FirstOrDefault(export => export.Name == name) ?? (name.Length == 0 ? exports[0] : null);

    private NegotiatedExport Agree(IExport export) =>
        new(export, _dialect, ReferenceEquals(export, _mapped) ? _maps : []);
}
