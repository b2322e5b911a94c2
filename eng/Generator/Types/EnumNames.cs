using LibvirtBackup.Generator.Description;

namespace LibvirtBackup.Generator.Types;

/// <summary>Names enum members: what all constants of the enum share in front is dropped.</summary>
internal static class EnumNames
{
    /// <summary>The member name of every constant, in the order of the constants.</summary>
    public static IReadOnlyList<string> Of(EnumSymbol symbol, string? fixedPrefix)
    {
        string prefix = fixedPrefix ?? (symbol.Constants.Count == 1
            ? PrefixFromType(symbol.Constants[0].Name, symbol.Name)
            : CommonPrefix([.. symbol.Constants.Select(c => c.Name)]));
        string[] names = [.. symbol.Constants.Select(c => Member(c, prefix))];
        if (names.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new GeneratorException(symbol.Name, $"would have two members named {twice.Key}");
        return names;
    }

    private static string Member(EnumConstant constant, string prefix)
    {
        // A fixed prefix need not fit all: VIR_WAR_NO_NETWORK is the only VIR_WAR_ among VIR_ERR_.
        string used = constant.Name.StartsWith(prefix, StringComparison.Ordinal) ? prefix : "VIR_";
        string name = Naming.Pascal(constant.Name[used.Length..]);
        if (name.Length == 0 || !char.IsLetter(name[0]))
            throw new GeneratorException(constant.Name, $"would be the member '{name}', which is no name");
        return name;
    }

    // Whole words only, and never the last word of any constant.
    private static string CommonPrefix(string[] names)
    {
        string[][] words = [.. names.Select(n => n.Split('_'))];
        int shared = 0;
        while (words.All(w => shared < w.Length - 1 && w[shared] == words[0][shared]))
            shared++;
        return string.Concat(words[0].Take(shared).Select(w => w + "_"));
    }

    // A single constant has nothing to share with: VIR_DOMAIN_TIME_SYNC of virDomainSetTimeFlags keeps what its
    // type's name does not say already.
    private static string PrefixFromType(string name, string type)
    {
        string[] words = name.Split('_');
        string rest = type.ToUpperInvariant();
        int used = 0;
        while (used < words.Length - 1 && rest.StartsWith(words[used], StringComparison.Ordinal))
            rest = rest[words[used++].Length..];
        return string.Concat(words.Take(used).Select(w => w + "_"));
    }
}
