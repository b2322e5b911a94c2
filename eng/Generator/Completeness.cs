using LibvirtBackup.Generator.Description;
using LibvirtBackup.Generator.Overrides;

namespace LibvirtBackup.Generator;

/// <summary>Refuses symbols of the kinds that no writer handles, unless the table gives a reason.</summary>
internal static class Completeness
{
    public static void Check(ApiDescription api, OverrideTable overrides)
    {
        foreach (ApiLibrary library in api.Libraries)
        {
            foreach (VariableSymbol variable in library.Variables)
                Refuse(overrides, variable.Name, "is a variable, and the generator binds none");
            foreach (StructSymbol alias in library.Structs.Where(s => api.Canonical(s) != s))
                Refuse(overrides, alias.Name, "is another name of a struct that is bound already");
            foreach (TypedefSymbol typedef in library.Typedefs.Where(t => IsScalar(api, t)))
                Refuse(overrides, typedef.Name, "is a typedef of neither an enum nor a struct");
        }
    }

    private static bool IsScalar(ApiDescription api, TypedefSymbol typedef) =>
        typedef.Target != "enum" && api.Pointee(typedef.Name) is null;

    private static void Refuse(OverrideTable overrides, string symbol, string problem)
    {
        if (!overrides.IsNotBound(symbol))
            throw new GeneratorException(symbol, problem + ": say in the table why it is left out");
    }
}
